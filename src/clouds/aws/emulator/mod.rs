//! The trust endpoints of AWS (IAM and STS), enforcing, in memory.
