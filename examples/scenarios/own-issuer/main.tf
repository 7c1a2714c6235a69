# An issuer of one's own, each team on a path of its own. Read first what it publishes.

data "oidcfed_issuer" "own" {
  url = "https://oidc.example.com/blue"
}

resource "oidcfed_aws_trust" "jobs" {
  issuer           = data.oidcfed_issuer.own.url
  audiences        = ["sts.amazonaws.com"]
  subject_patterns = ["job:nightly:*"]
  role_name        = "nightly"
  tags             = { team = "blue" }
}
