//! Stylesheets, the script and the mark, from the binary.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use crate::{
    pages::{Path, Query, Route},
    problem::Problem,
};

pub(crate) const ROUTE: Route = Route {
    path: "/assets/{*path}",
    handlers: || get(asset),
};

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

/// Address of an asset, with the version of its content: it may be kept for ever.
pub(crate) fn href(name: &str) -> String {
    match Files::get(name) {
        Some(file) => format!("/assets/{name}?v={}", version(&file)),
        None => format!("/assets/{name}"),
    }
}

fn version(file: &EmbeddedFile) -> String {
    data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..8])
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    v: String,
}

async fn asset(
    Path(path): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file =
        Files::get(&path).ok_or_else(|| Problem::NotFound("There is no such file.".to_owned()))?;
    let version = version(&file);
    let etag = format!("\"{version}\"");
    let cache = if asked.v == version {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == etag.as_bytes());
    let head = [
        (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, etag),
    ]
    .map(|(name, value)| {
        (
            name,
            HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("")),
        )
    });
    let head = HeaderMap::from_iter(head);
    Ok(if known {
        (StatusCode::NOT_MODIFIED, head).into_response()
    } else {
        (head, file.data.into_owned()).into_response()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_only_govuk_may_show_is_left() {
        for name in Files::iter() {
            let text = String::from_utf8(Files::get(&name).unwrap().data.into_owned()).unwrap();
            for forbidden in [
                "GDS Transport",
                "crest",
                "url(",
                "@import",
                "@font-face",
                "sourceMappingURL",
            ] {
                let licence = name.ends_with("LICENCE");
                assert!(
                    licence || !text.contains(forbidden),
                    "{name} contains {forbidden}"
                );
            }
            let odd = [".woff", ".woff2", ".ttf", ".otf", ".png", ".ico"];
            assert!(!odd.iter().any(|end| name.ends_with(end)), "{name}");
        }
    }

    #[test]
    fn the_stylesheet_comes_with_its_licence() {
        let licence = Files::get("govuk-frontend/LICENCE").unwrap();
        assert!(String::from_utf8_lossy(&licence.data).contains("The MIT License"));
    }

    #[test]
    fn every_asset_a_template_names_exists() {
        for name in [
            "govuk-frontend/govuk-frontend-6.6.0.min.css",
            "evenkeel.css",
            "live.js",
            "mark.svg",
        ] {
            assert!(href(name).contains("?v="), "{name}");
        }
    }
}
