module atrest/interop/checks

go 1.25.0
