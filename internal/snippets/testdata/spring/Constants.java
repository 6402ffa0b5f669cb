import org.springframework.http.HttpStatus;

/** Prints the names of HttpStatus, each with its number. */
class Constants {
    public static void main(String[] args) throws Exception {
        for (var field : HttpStatus.class.getFields()) {
            if (field.isEnumConstant()) {
                System.out.println("HttpStatus." + field.getName() + " " + ((HttpStatus) field.get(null)).value());
            }
        }
    }
}
