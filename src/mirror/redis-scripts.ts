/** KEYS: holder. ARGV: owner, epoch it had, head it expects ('' for none). */
export const CLAIM = `
local epoch, owner, head = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'head'))
epoch, head = tonumber(epoch or 0), head or ''
if owner == ARGV[1] then return {'claimed', epoch, head} end
local had = tonumber(ARGV[2])
if had > 0 and epoch >= had then return {'taken', epoch, owner} end
if head ~= ARGV[3] then return {'headDiffers', 0, head} end
epoch = math.max(epoch, had) + 1
redis.call('HSET', KEYS[1], 'epoch', epoch, 'owner', ARGV[1])
return {'claimed', epoch, head}`;

/**
 * KEYS: holder, log, feed, count of the feed. ARGV: owner, epoch, id before the batch, workspace, length of the feed, id of
 * the batch, its lines. A line tells in its last 28 bytes how long its public part is. Numbers are padded, so that ids
 * compare as text. An entry of a feed has for an id how many events were ever put into it, which tells how many it keeps.
 */
export const APPEND = `
local epoch, owner, head = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'head'))
local known, id, lines = string.sub(head or '', 1, 12), ARGV[6], ARGV[7]
if owner ~= ARGV[1] or epoch ~= ARGV[2] or known < string.sub(ARGV[3], 1, 12) then return 0 end
if string.sub(id, 1, 12) <= known then return 1 end
local start, public = 1, {}
while string.sub(lines, start + 7, start + 18) <= known do start = string.find(lines, '\\n', start, true) + 1 end
if start > 1 then lines, start = string.sub(lines, start), 1 end
while start < #lines do
  local stop = string.find(lines, '\\n', start, true)
  public[#public + 1] = string.sub(lines, start, start + tonumber(string.sub(lines, stop - 21, stop - 12)) - 2)
  start = stop + 1
end
redis.call('XADD', KEYS[2], string.format('%.0f-0', tonumber(string.sub(id, 1, 12))), 'lines', lines)
local count = redis.call('INCRBY', KEYS[4], #public)
local oldest = string.format('%.0f', math.max(0, count - tonumber(ARGV[5])))
redis.call('XADD', KEYS[3], 'MINID', '~', oldest, string.format('%.0f-0', count), 'workspaceId', ARGV[4],
  'events', table.concat(public, '}\\n') .. '}')
redis.call('HSET', KEYS[1], 'head', id)
return 1`;

/** KEYS: holder, log. ARGV: owner, epoch, the first sequence to keep. */
export const TRIM = `
local epoch, owner = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner'))
if owner == ARGV[1] and epoch == ARGV[2] then redis.call('XTRIM', KEYS[2], 'MINID', ARGV[3] .. '-0') end
return 1`;
