# Serves every snippet; the path begins with its file's name.
apps = Dir.glob('s[0-9]*.ru').to_h do |file|
  app, = Rack::Builder.parse_file(file) # rack 2 returns options as well
  [File.basename(file, '.ru'), app]
end

run ->(env) { apps.fetch(env['PATH_INFO'].split('/')[1]).call(env) }
