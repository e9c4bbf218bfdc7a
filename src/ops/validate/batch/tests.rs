//! Rules across messages.
