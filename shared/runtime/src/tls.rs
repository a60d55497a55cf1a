/// Makes ring the process's one TLS provider. First line of `main`, and of a test that speaks TLS; more than once is the
/// same as once.
pub fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody else may be doing the same at this moment; either is the same provider.
        rustls::crypto::ring::default_provider()
            .install_default()
            .unwrap_or_default();
    }
}
