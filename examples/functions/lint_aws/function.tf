# A trust policy that another team's module made: refuse the plan when it lets somebody else in.
variable "trust_policy" {
  type    = string
  default = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"

  validation {
    condition = length([
      for finding in provider::oidcfed::lint_aws(var.trust_policy, null) : finding
      if contains(["critical", "high"], finding.severity)
    ]) == 0
    error_message = "The trust policy lets in tokens of somebody else."
  }
}
