package contract

import _ "embed"

// carried is contract.json, an eighth as long.
//
//go:embed contract.json.gz
var carried []byte
