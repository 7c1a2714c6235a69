//! Pure: render a trust into an IAM trust policy, read it back, evaluate claims against it.
