//! Ids are computed from causes, so that a replay changes nothing.

use std::{fmt, str::FromStr};

use hmac::{Hmac, KeyInit, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use crate::AuthorityCode;

/// Namespace of every version 5 id Evenkeel computes.
const NAMESPACE: Uuid = Uuid::from_u128(0x6576_656e_6b65_656c_8000_0000_0000_0001);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self::new(id)
            }
        }
    };
}

text_id!(
    /// A child's id as the authority writes it. In message bodies only: never in a subject, a log line or a metric.
    ChildId
);
text_id!(
    /// A worker's id as the directory writes it (`staff_id`).
    StaffId
);
text_id!(
    /// A team's id as the directory writes it (`team_id`).
    TeamId
);

/// The last part of a subject: 16 base32 characters of a keyed HMAC, so that a subject can be purged and identifies
/// nobody to those without the key.
#[derive(
    Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key behind every [`Token`] of one installation; kept beside the data, mode 0600.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(redacted)")
    }
}

impl TokenKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    pub fn token(&self, authority: &AuthorityCode, kind: &str, id: &str) -> Token {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("an HMAC takes a key of any length");
        for part in [authority.as_str(), kind, id] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        let bytes = mac.finalize().into_bytes();
        let mut text = data_encoding::BASE32_NOPAD.encode(&bytes[..10]);
        text.make_ascii_lowercase();
        Token(text)
    }

    pub fn child(&self, authority: &AuthorityCode, child: &ChildId) -> Token {
        self.token(authority, "child", child.as_str())
    }

    pub fn person(&self, authority: &AuthorityCode, person: &StaffId) -> Token {
        self.token(authority, "person", person.as_str())
    }
}

impl FromStr for TokenKey {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.trim().as_bytes())
            .map_err(|_| "a token key is 64 hexadecimal digits".to_owned())?;
        let key = <[u8; 32]>::try_from(bytes.as_slice())
            .map_err(|_| "a token key is 64 hexadecimal digits".to_owned())?;
        Ok(Self(key))
    }
}

/// A version 5 id over the parts of a cause. Parts are separated, so `("ab", "c")` and `("a", "bc")` differ.
pub fn computed(what: &str, parts: &[&str]) -> Uuid {
    let mut name = what.as_bytes().to_vec();
    for part in parts {
        name.push(0x1f);
        name.extend_from_slice(part.as_bytes());
    }
    Uuid::new_v5(&NAMESPACE, &name)
}

/// An obligation's id: no due date and no ordinal in it, so a moved date keeps its notice.
pub fn obligation(
    authority: &AuthorityCode,
    rule: &str,
    child: &ChildId,
    started_by: &str,
) -> Uuid {
    computed(
        "obligation",
        &[authority.as_str(), rule, child.as_str(), started_by],
    )
}

/// The id of what is due for a person who works there.
pub fn worker_obligation(
    authority: &AuthorityCode,
    rule: &str,
    person: &StaffId,
    started_by: &str,
) -> Uuid {
    computed(
        "worker-obligation",
        &[authority.as_str(), rule, person.as_str(), started_by],
    )
}

/// An event's id: what happened to an obligation at one of its revisions.
pub fn obligation_event(obligation: Uuid, what: &str, revision: u64) -> Uuid {
    computed(
        "event",
        &[&obligation.to_string(), what, &revision.to_string()],
    )
}

/// A notice's id: a matter, as opened for the n-th time, addressed to one person.
pub fn notice(obligation: Uuid, opening: u32, person: &StaffId) -> Uuid {
    computed(
        "notice",
        &[
            &obligation.to_string(),
            &opening.to_string(),
            person.as_str(),
        ],
    )
}

/// The id of one revision of a state message; the broker's duplicate window reads it.
pub fn state(subject: &str, revision: u64) -> Uuid {
    computed("state", &[subject, &revision.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_cause_do_not_run_into_each_other() {
        assert_ne!(computed("x", &["ab", "c"]), computed("x", &["a", "bc"]));
    }

    #[test]
    fn a_token_is_sixteen_characters_and_depends_on_the_key_and_the_authority() {
        let (one, other) = (TokenKey::new([1; 32]), TokenKey::new([2; 32]));
        let a: AuthorityCode = "aa".parse().unwrap();
        let b: AuthorityCode = "bb".parse().unwrap();
        let child = ChildId::new("1001");
        let token = one.child(&a, &child);
        assert_eq!(token.as_str().len(), 16);
        assert_eq!(token, one.child(&a, &child));
        assert_ne!(token, other.child(&a, &child));
        assert_ne!(token, one.child(&b, &child));
        assert_ne!(token, one.person(&a, &StaffId::new("1001")));
    }
}
