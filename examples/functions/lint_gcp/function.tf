# A provider that another team's module made: refuse the plan when it lets somebody else in.
variable "provider_settings" {
  type = any
  default = {
    issuer_uri          = "https://token.actions.githubusercontent.com"
    attribute_mapping   = { "google.subject" = "assertion.sub" }
    attribute_condition = "assertion.sub == 'repo:acme/api:environment:production'"
  }

  validation {
    condition = length([
      for finding in provider::oidcfed::lint_gcp(var.provider_settings, null) : finding
      if contains(["critical", "high"], finding.severity)
    ]) == 0
    error_message = "The provider lets in tokens of somebody else."
  }
}
