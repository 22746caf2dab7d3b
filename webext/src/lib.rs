//! Everything that names a JsValue: extension APIs, storage, clock, the driver of the engine.
