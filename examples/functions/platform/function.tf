# What is known about the platform behind an issuer.
output "tenancy" {
  value = provider::oidcfed::platform("https://oidc.vercel.com").tenancy
}
