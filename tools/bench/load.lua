-- Driven by tools/bench/wrk.py: sends the requests of a file in turn, and prints what was measured as JSON.
-- wrk -s load.lua URL -- REQUESTS.lua THINK_TIME_IN_MILLISECONDS

local requests, at = {}, 0

function init(arguments)
   requests = dofile(arguments[1])
   local think = tonumber(arguments[2])
   if think > 0 then
      -- Exponential pauses make the arrivals of many connections independent of each other. Also before a connection's
      -- first request: 32 that come at once are not half load, and at a few hundred a second they are the p99.
      delay = function()
         return math.floor(-think * math.log(1 - math.random()) + 0.5)
      end
   end
end

function request()
   at = at % #requests + 1
   return requests[at]
end

function done(summary, latency, _)
   local histogram = {}
   for index = 1, #latency do
      local value, count = latency(index)
      histogram[index] = string.format("[%d,%d]", value, count)
   end
   local errors = summary.errors
   io.write(string.format(
      '\nmeasured {"seconds":%f,"requests":%d,"bytes":%d,"statuses":%d,"broken":%d,"timeouts":%d,"histogram":[%s]}\n',
      summary.duration / 1e6, summary.requests, summary.bytes, errors.status,
      errors.connect + errors.read + errors.write, errors.timeout, table.concat(histogram, ",")))
end
