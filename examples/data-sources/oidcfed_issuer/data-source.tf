# What the issuer publishes, and what each cloud would refuse about it.
data "oidcfed_issuer" "github" {
  url = "https://token.actions.githubusercontent.com"
}

output "thumbprint" {
  value = data.oidcfed_issuer.github.thumbprint
}
