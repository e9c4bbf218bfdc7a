//! Profiles of the Messaging Workbench: what is read of them.
