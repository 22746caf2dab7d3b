//! The supervisor: service worker in Chrome, event page in Firefox.
