//! Names of people who do not exist.

use std::collections::BTreeSet;

use super::chance::Chance;

const FIRST: [&str; 48] = [
    "Ana", "Tom", "Lena", "Owen", "Nia", "Sam", "Ines", "Ravi", "Joy", "Maud", "Kofi", "Ella",
    "Yusuf", "Bryony", "Dev", "Freya", "Ade", "Carys", "Hugo", "Mina", "Piotr", "Ruth", "Sana",
    "Will", "Zara", "Leon", "Amara", "Grace", "Idris", "Kate", "Luca", "Meera", "Noor", "Oscar",
    "Priya", "Rhys", "Sofia", "Tariq", "Una", "Vera", "Wanda", "Xanthe", "Yana", "Abel", "Beth",
    "Chidi", "Dora", "Eamon",
];

const LAST: [&str; 48] = [
    "Okoro", "Birch", "Frost", "Pryce", "Walsh", "Ferris", "Duarte", "Anand", "Mensah", "Holt",
    "Larkin", "Osei", "Penrose", "Quill", "Rahman", "Sutter", "Tully", "Usher", "Vance", "Wren",
    "Yates", "Adair", "Brook", "Castle", "Dale", "Eaves", "Fell", "Garth", "Heron", "Ibbot",
    "Jarrow", "Keel", "Lowe", "Marsh", "Nash", "Orchard", "Pike", "Rook", "Stead", "Thorne",
    "Vale", "Webb", "Ash", "Boyce", "Clough", "Drew", "Ellery", "Finch",
];

/// Hands out names, none twice.
pub(super) struct Names {
    chance: Chance,
    used: BTreeSet<String>,
}

impl Names {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed, "names"),
            used: BTreeSet::new(),
        }
    }

    /// Names that none of these people has.
    pub(super) fn beside<'a>(seed: u64, taken: impl Iterator<Item = &'a str>) -> Self {
        Self {
            chance: Chance::new(seed, "names beside"),
            used: taken.map(str::to_owned).collect(),
        }
    }

    /// `Synthetic Ana Okoro`; past two thousand people with a middle initial.
    pub(super) fn next(&mut self) -> String {
        loop {
            let (first, last) = (self.chance.pick(&FIRST), self.chance.pick(&LAST));
            let name = if self.used.len() < FIRST.len() * LAST.len() / 2 {
                format!("Synthetic {first} {last}")
            } else {
                let initial =
                    char::from(b'A' + u8::try_from(self.chance.between(0, 25)).unwrap_or(0));
                format!("Synthetic {first} {initial} {last}")
            };
            if self.used.insert(name.clone()) {
                return name;
            }
        }
    }
}
