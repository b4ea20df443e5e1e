/** KEYS: holder. ARGV: owner, epoch it had, head it expects ('' for none), epoch it is to be above. */
export const CLAIM = `
local epoch, owner, head = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'head'))
epoch, head = tonumber(epoch or 0), head or ''
if owner == ARGV[1] then return {'claimed', epoch, head} end
local had = tonumber(ARGV[2])
if had > 0 and epoch >= had then return {'taken', epoch, owner} end
if head ~= ARGV[3] then return {'headDiffers', 0, head} end
epoch = math.max(epoch, had, tonumber(ARGV[4])) + 1
redis.call('HSET', KEYS[1], 'epoch', epoch, 'owner', ARGV[1])
return {'claimed', epoch, head}`;

/**
 * KEYS: holder, log, feed, count of the feed. ARGV: owner, epoch, id before the batch, workspace, length of the feed, id of
 * the batch, its lines, its events, how many these are. What the log has already is cut off both. Numbers are padded, so
 * that ids compare as text. An entry of a feed has for an id how many events were ever put into it: so its length is known.
 */
export const APPEND = `
local epoch, owner, head = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'head'))
local known, id = string.sub(head or '', 1, 12), ARGV[6]
if owner ~= ARGV[1] or epoch ~= ARGV[2] or known < string.sub(ARGV[3], 1, 12) then return 0 end
if string.sub(id, 1, 12) <= known then return 1 end
local function unknown(lines)
  local start, skipped = 1, 0
  while string.sub(lines, start + 7, start + 18) <= known do
    start, skipped = string.find(lines, '\\n', start, true) + 1, skipped + 1
  end
  return start == 1 and lines or string.sub(lines, start), skipped
end
local lines, skipped = unknown(ARGV[7])
local count = redis.call('INCRBY', KEYS[4], ARGV[9] - skipped)
local oldest = string.format('%.0f', math.max(0, count - ARGV[5]))
redis.call('XADD', KEYS[2], string.format('%.0f-0', tonumber(string.sub(id, 1, 12))), 'lines', lines)
redis.call('XADD', KEYS[3], 'MINID', '~', oldest, string.format('%.0f-0', count), 'workspaceId', ARGV[4],
  'events', (unknown(ARGV[8])))
redis.call('HSET', KEYS[1], 'head', id)
return 1`;

/** KEYS: holder, log. ARGV: owner, epoch, the first sequence to keep. */
export const TRIM = `
local epoch, owner = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner'))
if owner == ARGV[1] and epoch == ARGV[2] then redis.call('XTRIM', KEYS[2], 'MINID', ARGV[3] .. '-0') end
return 1`;
