# Two teams, one pool: the pool is made by the first trust and deleted by the last that leaves. Each trust has a provider of its own, and
# its binding means the tokens of this provider alone, so that neither team can act as the other's account.

variable "teams" {
  type = map(string)
  default = {
    api = "repo:acme/api:ref:refs/heads/main"
    web = "repo:acme/web:ref:refs/heads/main"
  }
}

resource "oidcfed_gcp_trust" "team" {
  for_each = var.teams

  issuer   = "https://token.actions.githubusercontent.com"
  subjects = [each.value]

  project         = "acme-prod"
  pool            = { id = "ci-builds", ownership = "shared" }
  pool_provider   = { id = "team-${each.key}" }
  service_account = { account_id = "deploy-${each.key}" }
}

output "service_accounts" {
  value = { for team, trust in oidcfed_gcp_trust.team : team => trust.service_account_email }
}
