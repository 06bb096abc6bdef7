module atrest/interop/kmip_go

go 1.25.5

require github.com/ovh/kmip-go v0.8.1

require atrest/interop/checks v0.0.0

replace atrest/interop/checks => ../go_checks
