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
 * KEYS: holder, log, feed. ARGV: owner, epoch, id before the batch, workspace, length of the feed, then id and lines of
 * each group. A line tells in its last 28 bytes how long its public part is. Numbers are padded, so that ids compare as text.
 */
export const APPEND = `
local epoch, owner, head = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'head'))
head = head or ''
if owner ~= ARGV[1] or epoch ~= ARGV[2] or string.sub(head, 1, 12) < string.sub(ARGV[3], 1, 12) then return 0 end
local last = head
for i = 6, #ARGV, 2 do
  local id, lines = ARGV[i], ARGV[i + 1]
  if string.sub(id, 1, 12) > string.sub(last, 1, 12) then
    redis.call('XADD', KEYS[2], string.format('%.0f', tonumber(string.sub(id, 1, 12))) .. '-0', 'lines', lines)
    for line in string.gmatch(lines, '[^\\n]+') do
      local public = string.sub(line, 1, tonumber(string.sub(line, -21, -12)) - 1) .. '}'
      redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[5], '*', 'workspaceId', ARGV[4], 'event', public)
    end
    last = id
  end
end
if last ~= head then redis.call('HSET', KEYS[1], 'head', last) end
return 1`;

/** KEYS: holder, log. ARGV: owner, epoch, the first sequence to keep. */
export const TRIM = `
local epoch, owner = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'owner'))
if owner == ARGV[1] and epoch == ARGV[2] then redis.call('XTRIM', KEYS[2], 'MINID', ARGV[3] .. '-0') end
return 1`;
