-- Each request books another start by another guest. Arguments: tokens of the hosts' forms, first host, number of hosts,
-- first start (Unix seconds), run. A thread has every second start.
local threads = 0
function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end

function init(args)
  tokens = {}
  for token in string.gmatch(args[1], "[^,]+") do table.insert(tokens, token) end
  first_host, hosts, first_start, run = tonumber(args[2]), tonumber(args[3]), tonumber(args[4]), args[5]
  count = 0
end

function request()
  local number = count * 2 + thread_number
  count = count + 1
  local host = first_host + number % hosts
  local start = first_start + math.floor(number / hosts) * 900
  local id = run .. "-" .. number
  local body = "csrf_token=" .. tokens[number % hosts + 1] .. "&name=Guest&subject=Load&notes=&zone=Europe%2FLisbon&leave_empty=&email=g" .. id .. "%40example.net&key=" .. key(number) .. "&start=" .. os.date("!%Y-%m-%dT%H%%3A%M%%3A%SZ", start)
  return wrk.format("POST", "/host-" .. host .. "/15min/book", {
    ["Content-Type"] = "application/x-www-form-urlencoded", ["Sec-Fetch-Site"] = "same-origin",
  }, body)
end

function key(number)
  return string.format("%08x-0000-4000-8000-%012x", tonumber(run), number)
end

refused = 0
function response(status, headers, body)
  if status ~= 303 then refused = refused + 1 end
end

function done(summary, latency, requests)
  -- wrk itself counts what is not 2xx or 3xx
end
