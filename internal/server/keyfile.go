// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/BurntSushi/toml"
)

// keyDir holds, in a backup and where it was restored, the files that settings named elsewhere.
const keyDir = "tls"

// keyFiles tells, by setting, under which name a backup carries a file that no server starts without.
func keyFiles() map[string]string {
	return map[string]string{
		"tls.cert":      keyDir + "/cert.pem",
		"tls.key":       keyDir + "/key.pem",
		"tls.acme_root": keyDir + "/acme-root.pem",

		"oidc.client_secret_file": keyDir + "/oidc-secret",
		"media.s3.key_file":       keyDir + "/s3-key",
	}
}

// keyPaths tells where those files are that are in use, by setting.
func (c *Config) keyPaths() map[string]string {
	used := map[string]string{"tls.cert": c.TLS.Cert, "tls.key": c.TLS.Key, "tls.acme_root": c.TLS.ACMERoot,
		"oidc.client_secret_file": c.OIDC.SecretFile, "media.s3.key_file": c.Media.S3.KeyFile}
	maps.DeleteFunc(used, func(_, path string) bool { return path == "" })
	return used
}

// absolute makes the paths among settings absolute: the next to read them may stand in another directory.
func absolute(values map[string]string) error {
	var errs []error
	for _, key := range append([]string{"backup.dir"}, slices.Collect(maps.Keys(keyFiles()))...) {
		if values[key] != "" {
			path, err := filepath.Abs(values[key])
			values[key] = path
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// placeKeyFiles points the configuration of an unpacked backup to the files that came with it, below the
// data directory they will be in. Where this machine has all of them at their old places those stay in use,
// because whoever renews them writes there. used says that those of the backup are in use; missing names the
// settings whose files are neither in the backup nor on this machine.
func placeKeyFiles(fresh, data string) (used bool, missing []string, err error) {
	name := filepath.Join(fresh, configName)
	if !fileExists(name) {
		return false, nil, nil
	}
	values, err := readKept(name)
	if err != nil {
		return false, nil, err
	}
	came := map[string]string{}
	for setting, packed := range keyFiles() {
		there := values[setting] == "" || fileExists(values[setting])
		switch {
		case values[setting] != "" && fileExists(filepath.Join(fresh, packed)):
			came[setting] = filepath.Join(data, packed)
			used = used || !there
		case !there:
			missing = append(missing, setting)
		}
	}
	if !used {
		return false, missing, os.RemoveAll(filepath.Join(fresh, keyDir))
	}
	maps.Copy(values, came)
	return true, missing, writeDurably(name, settingsText(values))
}

// settingsText writes settings as a configuration file.
func settingsText(values map[string]string) []byte {
	b := bytes.NewBufferString("# The settings this server was last started with. A backup carries them.\n")
	if err := toml.NewEncoder(b).Encode(values); err != nil {
		panic(err) // text by text can be written
	}
	return b.Bytes()
}
