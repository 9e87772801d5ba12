package sandbox

import (
	"net/url"
	"strings"

	"featurebase-mcp/internal/contract"
)

// routes finds the operation of a request. http.ServeMux refuses the paths of the contract, because two of them overlap and neither is more
// specific. Here, from left to right, a fixed segment wins over a hole.
type routes struct{ root node }

type node struct {
	fixed map[string]*node
	hole  *node
	ends  map[string]*endpoint // by method
}

// endpoint is an operation with the handler that serves it.
type endpoint struct {
	op     *contract.Operation
	kind   *kind
	holes  []string // names of the path parameters, in order
	handle handler
}

func newRoutes(document *contract.Document, kinds kindTable) *routes {
	r := &routes{}
	for _, op := range document.Operations() {
		end := &endpoint{op: op, kind: kinds.holding(op.Path)}
		if end.handle = handlerOf(op, end.kind); end.handle == nil {
			continue
		}
		at := &r.root
		path := op.Path
		if end.kind != nil {
			path = end.kind.path + end.kind.under(path)
		}
		for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
			if name, ok := strings.CutPrefix(segment, "{"); ok {
				end.holes = append(end.holes, strings.TrimSuffix(name, "}"))
				at = at.child("")
			} else {
				at = at.child(segment)
			}
		}
		if at.ends == nil {
			at.ends = map[string]*endpoint{}
		}
		at.ends[op.Method] = end
	}
	return r
}

// child returns the node below n for a fixed segment, or for a hole if the segment is empty. It makes the node if there is none.
func (n *node) child(segment string) *node {
	if segment == "" {
		if n.hole == nil {
			n.hole = &node{}
		}
		return n.hole
	}
	if n.fixed == nil {
		n.fixed = map[string]*node{}
	}
	if n.fixed[segment] == nil {
		n.fixed[segment] = &node{}
	}
	return n.fixed[segment]
}

// match returns the endpoint of a method and an escaped path, and the values of its holes. It returns nil if no path matches.
func (r *routes) match(method, path string) (*endpoint, map[string]string) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var values []string
	end := r.root.match(method, segments, &values)
	if end == nil {
		return nil, nil
	}
	held := map[string]string{}
	for i, name := range end.holes {
		held[name] = values[i]
	}
	return end, held
}

func (n *node) match(method string, segments []string, values *[]string) *endpoint {
	if len(segments) == 0 {
		return n.ends[method]
	}
	if next := n.fixed[segments[0]]; next != nil {
		if end := next.match(method, segments[1:], values); end != nil {
			return end
		}
	}
	if n.hole == nil || segments[0] == "" {
		return nil
	}
	value, err := url.PathUnescape(segments[0])
	if err != nil {
		return nil
	}
	depth := len(*values)
	*values = append(*values, value)
	if end := n.hole.match(method, segments[1:], values); end != nil {
		return end
	}
	*values = (*values)[:depth]
	return nil
}
