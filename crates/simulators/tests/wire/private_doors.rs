//! The private addresses: reached under the same names and port as the public door, counted apart, cut and mended.

use std::net::{Ipv4Addr, SocketAddr};

use reqwest::{Certificate, Client};
use serde_json::{Value, json};
use simulators::azure::VaultAccess;
use simulators::{Clouds, Connections, Error, Options, Provider, Subnet, Via};

use crate::azure_rig::{Rig, read};

const AZURE: Ipv4Addr = Ipv4Addr::new(127, 65, 200, 4);
const AWS: Ipv4Addr = Ipv4Addr::new(127, 66, 200, 4);

fn subnet(name: &str, address: Ipv4Addr) -> Subnet {
    Subnet { name: name.to_owned(), address }
}

fn options() -> Options {
    Options { azure_subnets: vec![subnet("one", AZURE)], aws_subnets: vec![subnet("one", AWS)], ..Options::default() }
}

/// A client that finds a name at a private address, and keeps no connection.
fn pinned(clouds: &Clouds, name: &str, address: SocketAddr) -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let authority = Certificate::from_pem(clouds.ca_pem().as_bytes()).unwrap();
    let builder = Client::builder().no_proxy().tls_certs_only([authority]).resolve(name, address);
    builder.pool_max_idle_per_host(0).build().unwrap()
}

#[tokio::test]
async fn answers_at_a_private_address_under_the_vaults_name() {
    let rig = Rig::with(options(), VaultAccess::Policies).await;
    let port = rig.clouds.azure_address().port();
    let http = pinned(&rig.clouds, "localhost", (AZURE, port).into());
    let url = format!("https://localhost:{port}/keys/one?api-version=7.4");
    assert_eq!(read(http.get(&url)).await.status, 401, "a challenge");
    let (azure, private) = (rig.azure(), Via::private("one"));
    assert_eq!((azure.requests_via(&private, "Challenge"), azure.requests_via(&private, "*")), (1, 1));
    assert_eq!(azure.requests_via(&Via::Public, "*"), 0);
    assert_eq!((azure.requests("Challenge"), azure.all_requests()), (1, 1));
    let connections = rig.clouds.private_connections(Provider::Azure, "one").unwrap();
    assert_eq!((connections.accepted, rig.clouds.azure_connections().accepted), (1, 0));
    assert_eq!(rig.clouds.private_connections(Provider::Azure, "two"), None);
}

#[tokio::test]
async fn cuts_and_mends_a_private_address() {
    let rig = Rig::with(options(), VaultAccess::Policies).await;
    let port = rig.clouds.azure_address().port();
    let http = pinned(&rig.clouds, "localhost", (AZURE, port).into());
    let url = format!("https://localhost:{port}/keys/one?api-version=7.4");
    let open = tokio::net::TcpStream::connect((AZURE, port)).await.unwrap();
    assert!(rig.clouds.cut(Provider::Azure, "one"));
    let mut byte = [0];
    assert!(matches!(tokio::io::AsyncReadExt::read(&mut { open }, &mut byte).await, Ok(0) | Err(_)), "it was open");
    assert!(http.get(&url).send().await.is_err());
    assert_eq!(read(rig.http.get(&url)).await.status, 401, "the public door is not cut");
    assert!(rig.clouds.mend(Provider::Azure, "one"));
    assert_eq!(read(http.get(&url)).await.status, 401);
    assert!(!rig.clouds.cut(Provider::Azure, "two") && !rig.clouds.cut(Provider::Gcp, "one"));
}

#[tokio::test]
async fn is_believed_under_the_name_of_an_endpoint_and_answers_to_no_other() {
    let clouds = Clouds::start(Options { tls: true, ..options() }).await.unwrap();
    let (name, port) =
        ("vpce-0123456789abcdef0-01234567.kms.us-east-1.vpce.amazonaws.com", clouds.aws_address().port());
    let http = pinned(&clouds, name, (AWS, port).into());
    let url = format!("https://{name}:{port}/");
    let foreign = http.get(&url).header("host", "evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 421);
    assert_eq!(clouds.private_connections(Provider::Aws, "one").unwrap().accepted, 1);
    assert_eq!(clouds.aws_connections(), Connections { accepted: 0, open: 0 });
}

#[tokio::test]
async fn starts_again_at_the_same_port_and_refuses_what_is_no_private_address() {
    let dir = tempfile::tempdir().unwrap();
    let kept = || Options { dir: Some(dir.path().to_owned()), ..options() };
    let clouds = Clouds::start(kept()).await.unwrap();
    let port = clouds.azure_address().port();
    clouds.shutdown().await;
    let clouds = Clouds::start(kept()).await.unwrap();
    assert_eq!(clouds.azure_address().port(), port);
    tokio::net::TcpStream::connect((AZURE, port)).await.unwrap();
    clouds.shutdown().await;

    let elsewhere = Options { azure_subnets: vec![subnet("one", Ipv4Addr::new(10, 0, 0, 4))], ..Options::default() };
    assert!(matches!(Clouds::start(elsewhere).await, Err(Error::NotLoopback(_))));
    let public = Options { aws_subnets: vec![subnet("one", Ipv4Addr::LOCALHOST)], ..Options::default() };
    assert!(matches!(Clouds::start(public).await, Err(Error::Refused(_))));
}

#[tokio::test]
async fn is_cut_and_mended_at_the_console() {
    let clouds = Clouds::start(options()).await.unwrap();
    let press = async |path: &str, body: &str| {
        let url = format!("{}{path}", clouds.console_url());
        let request = crate::rig::http().post(url).header("x-console-token", clouds.console_token());
        let got = request.body(body.to_owned()).send().await.unwrap();
        (got.status().as_u16(), got.json::<Value>().await.unwrap())
    };
    for cloud in ["aws", "azure"] {
        let (status, shown) = press(&format!("{cloud}/subnets/one/cut"), "").await;
        assert_eq!((status, &shown["subnets"][0]["cut"]), (200, &json!(true)), "{cloud}");
        let (status, shown) = press(&format!("{cloud}/subnets/one/mend"), "").await;
        assert_eq!((status, &shown["subnets"][0]["cut"]), (200, &json!(false)), "{cloud}");
        assert_eq!(press(&format!("{cloud}/subnets/two/cut"), "").await.0, 404);
        assert_eq!(press(&format!("{cloud}/subnets/one/knot"), "").await.0, 404);
        assert_eq!(press(&format!("{cloud}/subnets/one/cut"), "{}").await.0, 400);
    }
}
