// Command image makes the image of the program for several processors from binaries that are built already, without an engine and without a base:
// the binary, the CA certificates that Mozilla trusts, and the licences. The same input gives the same bytes.
//
//	go run . -binary amd64=PATH -binary arm64=PATH -text LICENSE -version 1.0.0 -source URL -server NAME -time 2026-01-02T15:04:05Z -layout FOLDER -push ghcr.io/org/name:1.0.0
package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user is nobody's number on any system, so that the program owns nothing.
const user = "65532:65532"

// product is what goes into an image and onto its labels.
type product struct {
	binaries map[string]string // paths by architecture
	texts    []string          // paths of the licences
	labels   map[string]string
	made     time.Time
}

func main() {
	log.SetFlags(0)
	p := product{binaries: map[string]string{}}
	var version, source, server, made, folder string
	var push []string
	flag.Func("binary", "ARCHITECTURE=PATH of a binary for Linux", func(text string) error {
		arch, path, ok := strings.Cut(text, "=")
		if !ok {
			return errors.New("write ARCHITECTURE=PATH")
		}
		p.binaries[arch] = path
		return nil
	})
	flag.Func("text", "PATH of a licence", func(path string) error { p.texts = append(p.texts, path); return nil })
	flag.StringVar(&version, "version", "", "version of the program")
	flag.StringVar(&source, "source", "", "address of the source")
	flag.StringVar(&server, "server", "", "name in the MCP registry")
	flag.StringVar(&made, "time", "", "time of the commit")
	flag.StringVar(&folder, "layout", "", "folder to write an OCI layout to")
	flag.Func("push", "reference to push to", func(ref string) error { push = append(push, ref); return nil })
	flag.Parse()
	var err error
	if p.made, err = time.Parse(time.RFC3339, made); err != nil {
		log.Fatalf("-time: %v", err)
	}
	p.labels = map[string]string{
		"org.opencontainers.image.title":       "featurebase-mcp",
		"org.opencontainers.image.description": "MCP server for Featurebase: feedback, changelogs, help center, inbox and contacts for AI assistants",
		"org.opencontainers.image.version":     version,
		"org.opencontainers.image.source":      source,
		"org.opencontainers.image.licenses":    "MIT",
		"org.opencontainers.image.created":     p.made.UTC().Format(time.RFC3339),
		"io.modelcontextprotocol.server.name":  server,
	}
	if err := p.write(folder, push); err != nil {
		log.Fatal(err)
	}
}

// write writes the images to a folder and to registries, where these are named.
func (p product) write(folder string, push []string) error {
	index, err := p.index()
	if err != nil {
		return err
	}
	if folder != "" {
		if _, err := layout.Write(folder, index); err != nil {
			return fmt.Errorf("layout: %w", err)
		}
	}
	for _, to := range push {
		ref, err := name.ParseReference(to)
		if err != nil {
			return fmt.Errorf("push: %w", err)
		}
		if err := remote.WriteIndex(ref, index, remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
			return fmt.Errorf("push to %s: %w", ref, err)
		}
	}
	digest, err := index.Digest()
	if err == nil {
		fmt.Println(digest)
	}
	return err
}

// index has the image of each architecture.
func (p product) index() (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range slices.Sorted(maps.Keys(p.binaries)) {
		image, err := p.image(arch)
		if err != nil {
			return nil, err
		}
		platform := v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: platform})
	}
	return mutate.Annotations(index, p.labels).(v1.ImageIndex), nil
}

func (p product) image(arch string) (v1.Image, error) {
	content, err := p.files(arch)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, fmt.Errorf("layer: %w", err)
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: p.made}, CreatedBy: "packaging/image"}})
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = "linux", arch, v1.Time{Time: p.made}
	config.Config = v1.Config{User: user, Entrypoint: []string{"/featurebase-mcp"}, Labels: p.labels}
	return mutate.ConfigFile(image, config)
}

// files is what an image has on its file system, as an archive: root owns everything, and nobody may write.
func (p product) files(arch string) ([]byte, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	put := func(path string, mode int64, content []byte) error {
		if err := w.WriteHeader(&tar.Header{Name: path, Mode: mode, Size: int64(len(content)), ModTime: p.made, Format: tar.FormatPAX}); err != nil {
			return err
		}
		_, err := w.Write(content)
		return err
	}
	for _, folder := range []string{"etc/", "etc/ssl/", "etc/ssl/certs/", "licenses/"} {
		if err := w.WriteHeader(&tar.Header{Name: folder, Mode: 0o755, Typeflag: tar.TypeDir, ModTime: p.made, Format: tar.FormatPAX}); err != nil {
			return nil, err
		}
	}
	certificates, err := authorities()
	if err != nil {
		return nil, err
	}
	if err := put("etc/ssl/certs/ca-certificates.crt", 0o444, certificates); err != nil {
		return nil, err
	}
	for _, path := range p.texts {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := put("licenses/"+filepath.Base(path), 0o444, text); err != nil {
			return nil, err
		}
	}
	binary, err := os.ReadFile(p.binaries[arch])
	if err != nil {
		return nil, err
	}
	if err := put("featurebase-mcp", 0o555, binary); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), nil
}

// authorities are the CAs that Mozilla trusts for every certificate. Those that it trusts for some alone are left out: a bundle cannot say for which.
func authorities() ([]byte, error) {
	var text bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	if text.Len() == 0 {
		return nil, errors.New("there are no CA certificates")
	}
	return text.Bytes(), nil
}
