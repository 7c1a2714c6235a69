use std::fmt::Write as _;
use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    catalogue()
}

/// Lists the files of the catalogue of platforms, with the issuers in them, so that adding a platform is adding a file.
fn catalogue() -> Result<(), Box<dyn Error>> {
    let dir = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/platforms/catalogue");
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut ids = Vec::new();
    for file in fs::read_dir(&dir)? {
        ids.extend(
            file?
                .file_name()
                .to_str()
                .and_then(|name| name.strip_suffix(".toml"))
                .map(str::to_owned),
        );
    }
    ids.sort();
    let mut code = format!("static CATALOGUE: [Listed; {}] = [\n", ids.len());
    for id in &ids {
        let path = dir.join(format!("{id}.toml"));
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)?;
        writeln!(
            code,
            "Listed::new({id:?}, include_str!({path:?}), &{:?}),",
            issuers(&text)
        )?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("catalogue.rs"), code)?;
    Ok(())
}

/// Every `issuer = "…"` that has no white space in it: variants may also be described in words.
fn issuers(text: &str) -> Vec<&str> {
    text.split("issuer = \"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(issuer, _)| issuer)
        .filter(|issuer| !issuer.contains(char::is_whitespace))
        .collect()
}
