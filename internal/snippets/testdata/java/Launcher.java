import java.lang.reflect.Method;

/** Runs the main method of each class that is named on the command line, in this process. */
class Launcher {
    public static void main(String[] args) throws Exception {
        for (String name : args) {
            System.out.println("\n@@@ " + name.substring(0, name.indexOf('.')));
            Method main = Class.forName(name).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            try {
                main.invoke(null, (Object) new String[0]);
            } catch (Exception e) {
                e.printStackTrace(System.out);
            }
        }
    }
}
