# The same trust in three accounts, through one provider block and one process.

provider "oidcfed" {
  aws = {
    region            = "eu-central-1"
    account_role_name = "oidcfed-deployer"
  }
}

resource "oidcfed_aws_trust" "deploy" {
  for_each   = toset(["111122223333", "222233334444", "333344445555"])
  account_id = each.key
  issuer     = "https://token.actions.githubusercontent.com"
  subjects   = ["repo:acme/infrastructure:ref:refs/heads/main"]
  role_name  = "deploy"
}
