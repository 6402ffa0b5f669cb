<?php
// A small Laravel application whose routes are the snippets.
require 'Illuminate/autoload.php'; // Debian's package, on the include path

$app = new Illuminate\Foundation\Application(__DIR__);
$app->instance('config', new Illuminate\Config\Repository([
    'app' => ['debug' => true],
    'view' => ['paths' => [], 'compiled' => __DIR__],
]));
$app->singleton(Illuminate\Contracts\Http\Kernel::class, Illuminate\Foundation\Http\Kernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
$app->register(Illuminate\Filesystem\FilesystemServiceProvider::class);
$app->register(Illuminate\View\ViewServiceProvider::class);
Illuminate\Support\Facades\Facade::setFacadeApplication($app);
foreach (glob(__DIR__ . '/s[0-9]*.php') as $file) {
    require $file;
}
$request = Illuminate\Http\Request::capture();
$app->instance('request', $request);
$app->make('router')->dispatch($request)->send();
