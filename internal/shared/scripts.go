package shared

// The scripts run in the store, so that what they read and write is one step for all replicas. All of them use one key, so that they work in a cluster.

// lifeField is the field of a record that names the life of the server in which it was made.
const lifeField = "life"

// lifeOf finds the life of the server: the id that Redis and Valkey make at each start. A record of another life is older than what was lost.
const lifeOf = `
local function life()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or error('the server tells no run_id')
end
`

const makeScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fields = {'life', life()}
for i = 2, #ARGV do fields[#fields + 1] = ARGV[i] end
for i = 1, #fields, 100 do
  redis.call('HSET', KEYS[1], unpack(fields, i, math.min(i + 99, #fields)))
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`

const fieldsScript = `
local is = redis.call('HGET', KEYS[1], 'life')
if is ~= life() then return {} end
if #ARGV == 0 then return redis.call('HGETALL', KEYS[1]) end
local found = {'life', is}
for i = 1, #ARGV do
  local value = redis.call('HGET', KEYS[1], ARGV[i])
  if value then found[#found + 1], found[#found + 2] = ARGV[i], value end
end
return found
`

// swapScript takes the new value for done, too: a call that was made and whose answer got lost may come again.
const swapScript = `
if redis.call('HGET', KEYS[1], 'life') ~= life() then return -1 end
local is = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if is == ARGV[3] then return 1 end
if is ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1
`

const repeatScript = `
if redis.call('HGET', KEYS[1], 'what') ~= ARGV[1] then redis.call('HSET', KEYS[1], 'what', ARGV[1], 'times', 0) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'times', 1)
`

// takeScript is the bucket of one API key, by the clock of the store. Its rate is the lowest of three: the one that is set, its share after refusals of
// the API, and what makes the window of the API last. A clock that goes back fills nothing, and no state lasts longer than a window of the API.
const takeScript = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local rate, burst, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local good, refused, slow, left, plenty = tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8] == '1'
local was = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'share', 'halved', 'window', 'ends')
local tokens, at = tonumber(was[1]) or burst, tonumber(was[2]) or now
local share, halved = tonumber(was[3]) or 1, math.min(tonumber(was[4]) or 0, now)
local window, ends = tonumber(was[5]) or 0, math.min(tonumber(was[6]) or 0, now + 61000000)
if refused and now - halved >= 1000000 then
  share, halved = math.max(share / 2, 0.0625), now
elseif good > 0 then
  share = math.min(1, share + good * 0.01)
end
if left > 0 then window, ends = slow, now + left elseif plenty then ends = 0 end
local pace, cap = rate * share, burst
if now < ends and window < pace then pace = window end
if pace < rate then cap = math.max(1, math.min(burst, math.floor(pace))) end
if now > at then tokens = tokens + (now - at) * pace / 1000000 end
tokens = math.min(tokens, cap)
local taken, wait = 0, 0
if pace <= 0 then
  wait = ends - now
else
  wait = math.max(0, math.ceil((1 - tokens) * 1000000 / pace))
  if now < ends and wait > ends - now then
    wait = ends - now
  elseif wait <= most then
    taken, tokens = 1, tokens - 1
  end
end
local function n(x) return string.format('%.17g', x) end
redis.call('HSET', KEYS[1], 'tokens', n(tokens), 'at', n(now), 'share', n(share), 'halved', n(halved), 'window', n(window), 'ends', n(ends))
redis.call('PEXPIRE', KEYS[1], 600000)
return {taken, wait}
`

const giveBackScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', 1) end
return 1
`

const presentScript = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + 1000, '+inf')
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`
