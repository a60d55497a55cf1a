//! The session cookie. Browsers share cookies between ports, so its name carries the port.

use axum::http::{HeaderMap, header};

pub(crate) fn name(port: u16) -> String {
    format!("evenkeel_{port}")
}

/// Ends with the browser; the session may end before.
pub(crate) fn set(port: u16, session: &str) -> String {
    format!(
        "{}={session}; Path=/; HttpOnly; SameSite=Strict",
        name(port)
    )
}

pub(crate) fn clear(port: u16) -> String {
    format!(
        "{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
        name(port)
    )
}

pub(crate) fn read(headers: &HeaderMap, port: u16) -> Option<String> {
    let name = name(port);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_of_another_instance_is_not_ours() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "a=b; evenkeel_80=other; evenkeel_4870=mine"
                .parse()
                .unwrap(),
        );
        assert_eq!(read(&headers, 4870).as_deref(), Some("mine"));
        assert_eq!(read(&headers, 487), None);
    }
}
