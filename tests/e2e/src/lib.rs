//! Real browsers against local services.
