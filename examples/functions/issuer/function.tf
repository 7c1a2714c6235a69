# The issuer of one team.
output "issuer" {
  value = provider::oidcfed::issuer("vercel", { team = "acme" })
}
