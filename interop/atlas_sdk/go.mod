module atrest/interop/atlas_sdk

go 1.25.0

require (
	atrest/interop/checks v0.0.0
	github.com/mongodb-forks/digest v1.1.0
	go.mongodb.org/atlas-sdk/v20241113005 v20241113005.0.0
	go.mongodb.org/atlas-sdk/v20250312020 v20250312020.0.0
)

require golang.org/x/oauth2 v0.36.0 // indirect

replace atrest/interop/checks => ../go_checks
