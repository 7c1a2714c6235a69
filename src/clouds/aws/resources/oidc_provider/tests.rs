//! The resource against the emulator.
