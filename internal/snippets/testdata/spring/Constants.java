import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;

/** Prints the names of HttpStatus and HttpServletResponse, each with its number. */
class Constants {
    public static void main(String[] args) throws Exception {
        for (var field : HttpStatus.class.getFields()) {
            if (field.isEnumConstant()) {
                System.out.println("HttpStatus." + field.getName() + " " + ((HttpStatus) field.get(null)).value());
            }
        }
        for (var field : HttpServletResponse.class.getFields()) {
            if (field.getName().startsWith("SC_")) {
                System.out.println("HttpServletResponse." + field.getName() + " " + field.get(null));
            }
        }
    }
}
