{{- define "featurebase-mcp.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "featurebase-mcp.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "featurebase-mcp.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "featurebase-mcp.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "featurebase-mcp.selector" -}}
app.kubernetes.io/name: {{ include "featurebase-mcp.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "featurebase-mcp.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "featurebase-mcp.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "featurebase-mcp.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "featurebase-mcp.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "featurebase-mcp.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- /* Whether the server has a Featurebase key of its own. */ -}}
{{- define "featurebase-mcp.hasKey" -}}
{{- if and (ne .Values.auth.mode "key") (not .Values.sandbox) }}true{{ end }}
{{- end }}

{{- /* Whether anything has to be mounted from the secret of credentials. */ -}}
{{- define "featurebase-mcp.hasCredentials" -}}
{{- if or (include "featurebase-mcp.hasKey" .) (eq .Values.auth.mode "token") }}true{{ end }}
{{- end }}

{{- define "featurebase-mcp.secret" -}}
{{- default (include "featurebase-mcp.fullname" .) .Values.auth.existingSecret }}
{{- end }}

{{- /* Names that clients may call the server by, without duplicates. */ -}}
{{- define "featurebase-mcp.hosts" -}}
{{- $hosts := .Values.allowedHosts }}
{{- if .Values.ingress.enabled }}{{ $hosts = append $hosts .Values.ingress.host }}{{ end }}
{{- if .Values.gateway.enabled }}{{ $hosts = append $hosts .Values.gateway.host }}{{ end }}
{{- $service := include "featurebase-mcp.fullname" . }}
{{- $hosts = concat $hosts (list $service (printf "%s.%s" $service .Release.Namespace) (printf "%s.%s.svc" $service .Release.Namespace)) }}
{{- join "," (uniq $hosts) }}
{{- end }}

{{- /* What the program would refuse at its start is refused at the installation, where somebody reads it. */ -}}
{{- define "featurebase-mcp.check" -}}
{{- $auth := .Values.auth }}
{{- if not $auth.existingSecret }}
{{- if and (include "featurebase-mcp.hasKey" .) (not $auth.apiKey) }}
{{- fail "auth.existingSecret or auth.apiKey is needed: the server has no Featurebase key (with sandbox it needs none, and with auth.mode key callers bring theirs)" }}
{{- end }}
{{- if and (eq $auth.mode "token") (not $auth.tokens) }}
{{- fail "auth.existingSecret or auth.tokens is needed: with auth.mode token nobody could call" }}
{{- end }}
{{- end }}
{{- if and (eq $auth.mode "key") .Values.sandbox }}
{{- fail "sandbox needs no Featurebase key, and auth.mode key asks callers for one: use auth.mode token" }}
{{- end }}
{{- if and (eq $auth.mode "oidc") (not (and $auth.oidc.issuer $auth.oidc.audience)) }}
{{- fail "auth.mode oidc needs auth.oidc.issuer and auth.oidc.audience" }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) }}
{{- fail "metrics.serviceMonitor needs metrics.enabled: there would be nothing to scrape" }}
{{- end }}
{{- end }}
