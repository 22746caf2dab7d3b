//! The engine page: hosts the core, the connections and the timers.
