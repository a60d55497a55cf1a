//! Nothing is proved here: pages to look at while working on them.

use super::site::{Data, Site};

/// Where the pages of `pages_to_look_at` are.
const LISTEN: &str = "127.0.0.1:4899";

/// Serves invented data until interrupted; the links are in `<temporary folder>/evenkeel-pages`.
#[tokio::test]
#[ignore = "serves pages until it is interrupted"]
async fn pages_to_look_at() {
    let site = Site::with(Data::fixture(), LISTEN).await;
    let file = std::env::temp_dir().join("evenkeel-pages");
    let mut links = String::new();
    for _ in 0..20 {
        links.push_str(&site.new_link().await);
        links.push('\n');
    }
    std::fs::write(file, links).unwrap();
    site.tasks.stopping().await;
}
