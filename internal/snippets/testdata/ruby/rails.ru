# A small Rails application; each snippet is a controller in a module of its own.
require 'logger'
require 'rails'
require 'action_controller/railtie'

class Snippets < Rails::Application
  config.eager_load = false
  config.hosts.clear
  config.secret_key_base = 'for this test'
  config.logger = Logger.new($stdout)
end

class ApplicationController < ActionController::Base
end

files = Dir.glob('s[0-9]*.rb')
files.each { |file| load "./#{file}" }
Snippets.initialize!
Snippets.routes.draw do
  files.each do |file|
    id = File.basename(file, '.rb')
    match "/#{id}/example", to: "#{id}/examples#show", via: :all
  end
end
run Snippets
