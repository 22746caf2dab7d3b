//! How long files are, and where lints are switched off.
