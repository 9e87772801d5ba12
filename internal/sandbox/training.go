package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"featurebase-mcp/internal/sandbox/store"
)

// The names of what the AI agent learns from.
const (
	trainingFileKind = "training_file"
	qnaKind          = "qna"
)

// shownOfFile is the number of characters that a list shows of a training file.
const shownOfFile = 200

// trainingFiles returns the kind of training files. The text stands in _content, because lists and creations do not show it; a file that is fetched
// has its address in _url.
func trainingFiles() *kind {
	return &kind{
		name: trainingFileKind, title: "training file", path: "/v2/training_data/files", isID: store.IsObjectID,
		render: renderTrainingFile,
		whole:  func(c *call, shown, stored object) { shown["content"] = contentOf(c, stored) },
		keep: func(c *call) (func(object) bool, error) {
			same, err := keepSame("externalId", "source")(c)
			return func(o object) bool {
				status, _ := c.processing(o)
				return same(o) && (c.query["status"] == nil || c.query["status"] == status)
			}, err
		},
		order: func(*call) ordering { return byField("createdAt", true) },
		start: func(_ *call, draft object) { maps.Copy(draft, object{"externalId": nil, "source": nil}) },
		set:   map[string]setter{"content": setContent, "url": setDocument, "externalId": setOwnID},
		check: func(_ *call, draft object) error {
			if text(draft, "name") == "" {
				return refused("name", "Required")
			}
			return nil
		},
	}
}

// fetches counts how often somebody has looked at a file that is being fetched: it is processing at the first look, and completed from the second
// on. It is no part of the state, since a read changes none.
type fetches struct{ looks sync.Map }

func (f *fetches) look(id string) {
	seen, _ := f.looks.Load(id)
	n, _ := seen.(int)
	f.looks.Store(id, n+1)
}

func (f *fetches) done(id string) bool {
	seen, _ := f.looks.Load(id)
	n, _ := seen.(int)
	return n > 1
}

// processing returns how far a file is, and whether the agent finds it.
func (c *call) processing(o object) (status, index string) {
	switch address := text(o, "_url"); {
	case address == "" || c.fetched.done(text(o, "id")) && !unreachable(address):
		return "completed", "indexed"
	case c.fetched.done(text(o, "id")):
		return "failed", "failed"
	default:
		return "processing", "pending"
	}
}

// unreachable reports whether an address leads nowhere: the sandbox fetches nothing, and takes the name that is reserved for this for one.
func unreachable(address string) bool {
	u, err := url.Parse(address)
	return err != nil || strings.HasSuffix(u.Hostname(), ".invalid")
}

// contentOf returns the text of a file, or nil while there is none.
func contentOf(c *call, o object) any {
	if status, _ := c.processing(o); status != "completed" {
		return nil
	}
	return text(o, "_content")
}

func renderTrainingFile(c *call, shown, stored object) {
	shown["status"], shown["indexStatus"] = c.processing(stored)
	delete(shown, "content")
	content, there := contentOf(c, stored).(string)
	if !there {
		shown["characterCount"], shown["contentPreview"], shown["contentHash"] = nil, nil, nil
		return
	}
	preview := []rune(content)
	shown["characterCount"] = float64(utf8.RuneCountInString(content))
	shown["contentPreview"] = string(preview[:min(shownOfFile, len(preview))])
	shown["contentHash"] = hashOf(content)
	if c.op.ID == "updateTrainingFile" {
		shown["content"] = content
	}
}

// hashOf returns the SHA-256 of a text, trimmed as the API does.
func hashOf(content string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(content)))
	return hex.EncodeToString(sum[:])
}

func setContent(_ *call, draft object, value any) error {
	content, _ := value.(string)
	if strings.TrimSpace(content) == "" {
		return refused("content", "The content is empty")
	}
	draft["_content"] = content
	delete(draft, "_url")
	return nil
}

// setDocument takes the address of a document. What stands there is made up, because the sandbox has no network.
func setDocument(_ *call, draft object, value any) error {
	address, _ := value.(string)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return refused("url", "Expected a full http(s) URL")
	}
	if text(draft, "name") == "" {
		draft["name"] = u.Path[strings.LastIndex(u.Path, "/")+1:]
		if draft["name"] == "" {
			draft["name"] = u.Host
		}
	}
	draft["_url"], draft["_content"] = address, "The document at "+address+"."
	return nil
}

// setOwnID refuses an id that another object of the kind has.
func setOwnID(c *call, draft object, value any) error {
	id, _ := value.(string)
	if other := c.byOwnID(id); other != nil && other["id"] != draft["id"] {
		return refused("externalId", "Another entry has this external ID: "+text(other, "id"))
	}
	draft["externalId"] = id
	return nil
}

// byOwnID returns the object of the call's kind with an external id, or nil.
func (c *call) byOwnID(id string) object {
	if id == "" {
		return nil
	}
	return c.collection().Find(func(o object) bool { return o["externalId"] == id })
}

// createTrainingFile adds a file. One with the same external id is updated instead, or left alone where nothing differs.
func createTrainingFile(c *call) (int, any, error) {
	if c.body["content"] != nil && c.body["url"] != nil {
		return 0, nil, refused("url", "Give either content or url")
	}
	known := c.byOwnID(text(c.body, "externalId"))
	if known == nil {
		_, made, err := create(c)
		return http.StatusCreated, made, err
	}
	draft := maps.Clone(known)
	if err := c.apply(draft); err != nil {
		return 0, nil, err
	}
	if !reflect.DeepEqual(draft, known) {
		clear(known)
		maps.Copy(known, draft)
		known["updatedAt"] = stamp(c.store.Now())
	}
	return http.StatusOK, c.shown(c.kind, known), nil
}

// getTrainingFile is what somebody asks who waits for a file to be fetched.
func getTrainingFile(c *call) (int, any, error) {
	if o, err := c.target(); err == nil && text(o, "_url") != "" {
		c.fetched.look(text(o, "id"))
	}
	return get(c)
}
