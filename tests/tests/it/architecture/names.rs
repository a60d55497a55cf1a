//! What a source file names: every path in it, `use` trees spelled out. Read from tokens, so that comments and texts do
//! not count; what is compiled for tests only is left out.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// A path of two or more parts, and the line it starts on.
pub(super) struct Named {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
}

#[derive(Default)]
pub(super) struct Names {
    pub(super) paths: Vec<Named>,
    /// What follows a dot: methods, and fields too.
    pub(super) methods: Vec<Named>,
    /// Modules declared under `#[cfg(test)]` whose code is in a file of their own.
    pub(super) test_modules: Vec<String>,
}

pub(super) fn names(code: &str) -> Names {
    let mut names = Names::default();
    let code: TokenStream = code.parse().expect("the file compiles, so it has tokens");
    walk(code, &mut names);
    names
}

/// Words after which `::` begins a path of its own.
const BEFORE_A_PATH: [&str; 10] = [
    "use", "pub", "in", "for", "impl", "dyn", "as", "mut", "return", "where",
];

fn walk(tokens: TokenStream, names: &mut Names) {
    let tokens = without_tests(tokens, names);
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if !BEFORE_A_PATH.iter().any(|w| word == w) => {
                if at > 0 && is(&tokens, at - 1, '.') {
                    let line = word.span().start().line;
                    let path = vec![word.to_string()];
                    names.methods.push(Named { path, line });
                }
                at = path(&tokens, at, &[], names);
            }
            TokenTree::Group(group) => {
                walk(group.stream(), names);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Takes the path that starts at an identifier; returns where the rest begins.
fn path(tokens: &[TokenTree], mut at: usize, before: &[String], names: &mut Names) -> usize {
    let line = tokens[at].span().start().line;
    let mut path = before.to_vec();
    path.extend(part(&tokens[at]));
    at += 1;
    while is(tokens, at, ':') && is(tokens, at + 1, ':') {
        match tokens.get(at + 2) {
            Some(next @ TokenTree::Ident(_)) => path.extend(part(next)),
            Some(TokenTree::Group(tree)) if tree.delimiter() == Delimiter::Brace => {
                let branches: Vec<_> = tree.stream().into_iter().collect();
                for branch in branches.split(|token| is_char(token, ',')) {
                    if let Some(TokenTree::Ident(_)) = branch.first() {
                        self::path(branch, 0, &path, names);
                    }
                }
            }
            _ => break,
        }
        at += 3;
    }
    if path.len() > 1 {
        names.paths.push(Named { path, line });
    }
    at
}

fn part(token: &TokenTree) -> Option<String> {
    let text = token.to_string();
    (text != "self").then(|| text.trim_start_matches("r#").to_owned())
}

fn is(tokens: &[TokenTree], at: usize, c: char) -> bool {
    tokens.get(at).is_some_and(|token| is_char(token, c))
}

fn is_char(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(p) if p.as_char() == c)
}

/// Drops each item that follows `#[cfg(test)]`, up to its block or semicolon; everything, after `#![cfg(test)]`.
fn without_tests(tokens: TokenStream, names: &mut Names) -> Vec<TokenTree> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is(&tokens, at, '#') && is(&tokens, at + 1, '!') && is_cfg_test(tokens.get(at + 2)) {
            return Vec::new();
        }
        if !(is(&tokens, at, '#') && is_cfg_test(tokens.get(at + 1))) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let item = &tokens[at + 2..];
        let ends = |t: &TokenTree| is_char(t, ';') || is_block(t);
        let length = item.iter().position(ends).map_or(item.len(), |n| n + 1);
        let idents: Vec<&Ident> = item[..length].iter().filter_map(ident).collect();
        let name = idents.iter().skip_while(|i| **i != "mod").nth(1);
        names.test_modules.extend(name.map(ToString::to_string));
        at += 2 + length;
    }
    kept
}

fn ident(token: &TokenTree) -> Option<&Ident> {
    match token {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    }
}

fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace)
}

fn is_cfg_test(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(attribute)) = token else {
        return false;
    };
    let text: String = attribute.to_string().split_whitespace().collect();
    text == "[cfg(test)]"
}
