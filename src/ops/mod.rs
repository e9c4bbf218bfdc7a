//! What the commands do to a message: pure functions from messages to bytes.
