-- Each request is for the page of another of 500 hosts, so that hardly any is remembered. Argument: the query.
function init(args)
  query = args[1]
  math.randomseed(os.time())
end

function request()
  return wrk.format("GET", "/host-" .. math.random(2, 501) .. "/30min?" .. query)
end
