# A federated credential that another team wrote: refuse the plan when it lets somebody else in, or nobody at all.
locals {
  credential = {
    issuer    = "https://token.actions.githubusercontent.com"
    audiences = ["api://AzureADTokenExchange"]
    subject   = "repo:acme@1234/api@5678:environment:production"
  }
}

check "credential" {
  assert {
    condition = alltrue([
      for finding in provider::oidcfed::lint_azure(local.credential, null) : contains(["low", "info"], finding.severity)
    ])
    error_message = "The federated credential is not right."
  }
}
