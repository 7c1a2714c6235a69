//! How IAM counts the length of a policy.

/// Characters without white space (IAM User Guide, "IAM and AWS STS quotas").
pub fn length_without_white_space(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}
