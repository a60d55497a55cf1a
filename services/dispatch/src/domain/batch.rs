//! What one snapshot would tell, before it is told.

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Its signals are still coming in.
    Collecting,
    /// It would tell far more people than usual: a person must let it go.
    Held,
    Released,
}

impl BatchState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Collecting => "collecting",
            Self::Held => "held",
            Self::Released => "released",
        }
    }

    pub fn read(text: &str) -> Self {
        match text {
            "held" => Self::Held,
            "released" => Self::Released,
            _ => Self::Collecting,
        }
    }
}
