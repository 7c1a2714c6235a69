//! Host names that somebody else can have tomorrow: buckets, tunnels, free hosting. Whoever has the name signs tokens.

const BUCKET: &str = "an object store bucket: who creates the bucket anew after its deletion is the issuer";

/// The risk, by the end of the name.
const CLASSES: [(&str, &[&str]); 3] = [
    (
        BUCKET,
        &[
            "s3.amazonaws.com",
            "storage.googleapis.com",
            "blob.core.windows.net",
            "web.core.windows.net",
            "digitaloceanspaces.com",
            "r2.dev",
        ],
    ),
    (
        "a tunnel: the name is handed to others when the tunnel closes",
        &[
            "ngrok-free.app",
            "ngrok-free.dev",
            "ngrok.app",
            "ngrok.dev",
            "ngrok.io",
            "trycloudflare.com",
            "loca.lt",
            "lhr.life",
            "serveo.net",
            "devtunnels.ms",
        ],
    ),
    (
        "shared hosting: the name is free again when its owner leaves",
        &[
            "github.io",
            "gitlab.io",
            "pages.dev",
            "workers.dev",
            "netlify.app",
            "vercel.app",
            "web.app",
            "firebaseapp.com",
            "herokuapp.com",
            "azurewebsites.net",
            "onrender.com",
            "fly.dev",
        ],
    ),
];

/// The risk of a host name of which others own the parent.
pub(super) fn risk(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    let below = |end: &str| host == end || host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    let named = CLASSES.iter().find(|(_, ends)| ends.iter().any(|end| below(end)));
    named
        .map(|(risk, _)| *risk)
        .or_else(|| is_regional_bucket(&host).then_some(BUCKET))
}

/// `s3.REGION.amazonaws.com` and `BUCKET.s3.REGION.amazonaws.com`, websites (`s3-website…`) and China included.
fn is_regional_bucket(host: &str) -> bool {
    let host = host.strip_suffix(".cn").unwrap_or(host);
    host.strip_suffix(".amazonaws.com").is_some_and(|rest| {
        rest.split('.')
            .any(|label| label == "s3" || label.starts_with("s3-"))
    })
}
